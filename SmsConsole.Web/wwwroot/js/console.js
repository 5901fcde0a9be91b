// What the server cannot do for a page: the viewer's clock and zone, the theme, a search key, a log that follows its end.
// Its words are the page's (TimeWords.razor), with "{0}" where the time goes.
const words = document.querySelector('meta[name="sms-words"]').dataset;
const put = (text, value) => text.replace('{0}', () => value);
const units = [[86400, words.day, words.hour, 3600], [3600, words.hour, words.minute, 60], [60, words.minute, words.second, 1]];

function span(seconds, roughly) {
  seconds = Math.max(0, Math.floor(seconds));
  for (const [size, big, small, rest] of units) {
    if (seconds >= size) {
      const left = roughly ? 0 : Math.floor(seconds % size / rest);
      return left ? `${Math.floor(seconds / size)} ${big} ${left} ${small}` : `${Math.floor(seconds / size)} ${big}`;
    }
  }
  return `${seconds} ${words.second}`;
}

const coarse = seconds => span(seconds, true);
const two = n => String(n).padStart(2, '0');
const clock = d => `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
const day = d => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
const weekday = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short' });
const shown = new Set();

// The page wakes when a time on it is due to change, and not at all while nobody sees it: a wake costs a hidden page's process milliseconds, every second.
let tickAt = Infinity;
let ticking = 0;
const began = Date.now();
const nextTick = (now, every) => now - (now - began) % every + every;
function tickBy(due) {
  if (document.hidden || due >= tickAt) { return; }
  clearTimeout(ticking);
  tickAt = due;
  ticking = setTimeout(tickAll, due - Date.now() + 1);
}

// One tick for every time on the page. The light content stays as the server wrote it; the shadow shows the viewer's.
class SmsTime extends HTMLElement {
  static observedAttributes = ['datetime', 'mode', 'words'];
  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).append(document.createTextNode(''));
  }
  connectedCallback() { shown.add(this); this.read(); }
  disconnectedCallback() { shown.delete(this); }
  attributeChangedCallback() { if (this.isConnected) { this.read(); } }
  read() {
    this.at = new Date(this.getAttribute('datetime'));
    this.due = Infinity;
    if (isNaN(this.at)) { return; }
    this.mode = this.getAttribute('mode');
    this.title = `${day(this.at)} ${clock(this.at)} (${this.at.toISOString().slice(0, 19).replace('T', ' ')} UTC)`;
    this.due = 0;
    this.tick(Date.now());
    tickBy(this.due);
  }
  // Only a young wait and a countdown are looked at every second. The rest four times a minute, all in one frame: a page at rest rests.
  tick(now) {
    if (!(now >= this.due)) { return; }
    const ago = (now - this.at) / 1000;
    const text = this.text(ago);
    const node = this.shadowRoot.firstChild;
    if (node.data !== text) { node.data = text; }
    this.due = this.mode === 'absolute' || this.mode === 'clock' ? Infinity : nextTick(now, (this.mode === 'elapsed' && ago < 60) || (ago < 0 && ago > -60) ? 1000 : 15000);
  }
  // The day is said where the time alone would not tell: of what is to come, not within 20 hours, and by its name within a week.
  dayWord(ahead) {
    if (day(this.at) === day(new Date()) || (ahead > 0 && ahead < 20 * 3600)) { return ''; }
    return ahead > 0 && ahead < 6 * 86400 ? `${weekday.format(this.at)} ` : `${day(this.at)} `;
  }
  text(ago) {
    const time = this.time(ago);
    return time && put(this.getAttribute('words') ?? '{0}', time);
  }
  time(ago) {
    switch (this.mode) {
      case 'absolute': return `${day(this.at)} ${clock(this.at)}`;
      case 'clock': return clock(this.at);
      case 'moment': return `${this.dayWord(-ago)}${clock(this.at).slice(0, 5)}`;
      case 'elapsed': return ago < 2 ? '' : span(ago, ago < 3600);
      default: return ago < 0 ? put(words.ahead, coarse(-ago)) : ago < 60 ? (ago < 15 ? words.justNow : words.secondsAgo) : ago > 7 * 86400 ? day(this.at) : put(words.ago, coarse(ago));
    }
  }
}
customElements.define('sms-time', SmsTime);
function tickAll() {
  tickAt = Infinity;
  const now = Date.now();
  let due = Infinity;
  for (const time of shown) {
    time.tick(now);
    due = Math.min(due, time.due);
  }
  tickBy(due);
}
document.addEventListener('visibilitychange', () => {
  clearTimeout(ticking);
  tickAll();
});

// A log that stays at its end until the reader scrolls up.
class SmsFollow extends HTMLElement {
  connectedCallback() {
    this.follow = true;
    this.addEventListener('scroll', () => { this.follow = this.scrollHeight - this.scrollTop - this.clientHeight < 24; });
    this.observer = new MutationObserver(() => { if (this.follow) { this.scrollTop = this.scrollHeight; } });
    this.observer.observe(this, { childList: true, subtree: true, characterData: true });
    this.scrollTop = this.scrollHeight;
  }
  disconnectedCallback() { this.observer.disconnect(); }
}
customElements.define('sms-follow', SmsFollow);

// What "live" becomes while the connection is lost.
let lostAt = null;
class SmsLost extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
  }
  connectedCallback() { this.tell(); }
  tell() { this.shadowRoot.textContent = lostAt ? put(words.notLiveSince, clock(lostAt)) : ''; }
}
customElements.define('sms-lost', SmsLost);

function connectionLost(lost) {
  if (lost === (lostAt !== null)) { return; }
  lostAt = lost ? new Date() : null;
  document.documentElement.toggleAttribute('data-lost', lost);
  for (const note of document.querySelectorAll('sms-lost')) { note.tell(); }
}

// Blazor tells by classes how the connection fares. A console that was started again does not know the page: it is loaded anew.
class SmsConnection extends HTMLElement {
  connectedCallback() {
    new MutationObserver(() => {
      connectionLost(['show', 'failed', 'rejected'].some(how => this.classList.contains(`components-reconnect-${how}`)));
      if (this.classList.contains('components-reconnect-rejected')) { location.reload(); }
      if (this.classList.contains('components-reconnect-failed')) { this.wait(); }
    }).observe(this, { attributes: true, attributeFilter: ['class'] });
  }
  // Blazor has given up; the page has not.
  async wait() {
    if (this.waiting) { return; }
    this.waiting = true;
    while (!await fetch('/health/ready').then(answer => answer.ok, () => false)) { await new Promise(again => setTimeout(again, 2000)); }
    location.reload();
  }
}
customElements.define('sms-connection', SmsConnection);

function applyTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const link of document.querySelectorAll('link[data-scheme]')) {
    link.media = theme === 'system' ? `(prefers-color-scheme: ${link.dataset.scheme})` : theme === link.dataset.scheme ? 'all' : 'not all';
  }
  for (const button of document.querySelectorAll('[data-set-theme]')) {
    button.setAttribute('aria-pressed', String(button.dataset.setTheme === theme));
  }
}

document.addEventListener('click', e => {
  const theme = e.target.closest?.('[data-set-theme]')?.dataset.setTheme;
  if (theme) {
    document.cookie = `sms.theme=${theme};path=/;max-age=31536000;samesite=lax`;
    applyTheme(theme);
  }
  // The router takes the link for a scroll; who skips wants to go on from there.
  if (e.target.closest?.('.skip')) { document.getElementById('content')?.focus(); }
  const copied = e.target.closest?.('[data-copy]');
  if (copied) { navigator.clipboard?.writeText(copied.dataset.copy); }
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(e.target)) { menu.open = false; }
  }
});

document.addEventListener('keydown', e => {
  if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === 'k') {
    e.preventDefault();
    document.getElementById('palette-open')?.click();
  }
  if (e.key === 'Escape') {
    for (const menu of document.querySelectorAll('details.menu[open]')) { menu.open = false; menu.querySelector('summary')?.focus(); }
  }
});
