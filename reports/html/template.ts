import { html } from 'hono/html';

/** A piece of the page. Whatever a template is given as text is escaped; only pieces go in as they are. */
export type Html = ReturnType<typeof html>;

/** A table that scrolls by itself where the window is narrower. The label tells it from every other on the page. */
export function scrolling(label: string, table: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${table}</div>`;
}

/** Text that can be copied: its button is made by the page's script, as it does nothing without. */
export function copyable(label: string, text: string): Html {
  return html`<figure class="code"><figcaption>${label}</figcaption><pre tabindex="0"><code>${text}</code></pre></figure>`;
}
