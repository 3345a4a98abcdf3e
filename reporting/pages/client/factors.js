// Shows the waterfall's HTML and folds its rows. What is unfolded stays so when the language changes.
export function render({ model, el }) {
  const unfolded = new Set()
  const fold = (button) => {
    const open = unfolded.has(button.getAttribute('aria-controls'))
    button.setAttribute('aria-expanded', String(open))
    button.nextElementSibling.hidden = !open
  }
  const draw = () => {
    if (!model.content) unfolded.clear()
    el.innerHTML = model.content
    el.querySelectorAll('button[aria-expanded]').forEach(fold)
  }
  el.addEventListener('click', (event) => {
    const button = event.target.closest('button[aria-expanded]')
    if (!button) return
    const name = button.getAttribute('aria-controls')
    unfolded.has(name) ? unfolded.delete(name) : unfolded.add(name)
    fold(button)
  })
  model.on('content', draw)
  draw()
}
