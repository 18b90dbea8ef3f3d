// What a page of the dashboard lets one hear and see of alerts; scripts that run in the page, as text.

/** Counts what would be heard and shown. */
export const EARS = `
  globalThis.tones = 0;
  globalThis.notified = [];
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...when) { tones += 1; return start.apply(this, when); };
  globalThis.Notification = class extends Notification {
    constructor(title, options) { super(title, options); notified.push(title); }
  };`;

/** The instant at which the page shows the alert of a ticket, by the clock that the server has too. */
export const appears = (reference: string): string => `new Promise((resolve) => {
  const log = document.querySelector('[role=log]');
  const look = () => {
    if (!log.textContent.includes('${reference}')) return;
    watching.disconnect();
    resolve(Date.now());
  };
  const watching = new MutationObserver(look);
  watching.observe(log, { childList: true, subtree: true, characterData: true });
})`;
