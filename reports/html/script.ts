/** What the page can do besides being read: filters, buttons that copy, and folded parts that open when they are led to. */
export const SCRIPT = `
const all = (selector) => [...document.querySelectorAll(selector)];
for (const caption of all('figure.code figcaption')) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', 'Copy ' + caption.textContent);
  const text = caption.parentElement.querySelector('code').textContent;
  button.onclick = async () => {
    try { await navigator.clipboard.writeText(text); button.textContent = 'Copied'; }
    catch { getSelection().selectAllChildren(caption.parentElement.querySelector('code')); button.textContent = 'Selected'; }
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  };
  caption.append(button);
}
const form = document.getElementById('filters');
form.hidden = false;
form.onsubmit = (event) => event.preventDefault();
const filter = () => {
  const { claim, director, kind } = Object.fromEntries(new FormData(form));
  const otherDirector = (node) => director !== '' && node.dataset.director !== director;
  for (const node of all('.matrix [data-director]')) node.hidden = otherDirector(node);
  let shown = 0;
  for (const row of all('.matrix tbody tr')) {
    const cells = [...row.querySelectorAll('[data-kind]')].filter((cell) => !cell.hidden);
    row.hidden = !row.dataset.claim.startsWith(claim) || (kind !== '' && !cells.some((cell) => cell.dataset.kind === kind));
    if (!row.hidden) shown += 1;
  }
  for (const node of all('[data-finding]')) node.hidden = otherDirector(node) || !node.dataset.claim.startsWith(claim);
  document.getElementById('shown').textContent = shown + (shown === 1 ? ' claim' : ' claims');
};
form.oninput = filter;
addEventListener('beforeprint', () => { for (const node of all('details')) node.open = true; });
`;
