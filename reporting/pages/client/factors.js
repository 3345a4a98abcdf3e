// Shows the waterfall's HTML and expands its rows. Expanded rows stay expanded when the language changes.
export function render({ model, el }) {
  const expanded = new Set()
  const applyExpanded = (button) => {
    const open = expanded.has(button.getAttribute('aria-controls'))
    button.setAttribute('aria-expanded', String(open))
    button.nextElementSibling.hidden = !open
  }
  const draw = () => {
    if (!model.content) expanded.clear()
    el.innerHTML = model.content
    el.querySelectorAll('button[aria-expanded]').forEach(applyExpanded)
  }
  el.addEventListener('click', (event) => {
    const button = event.target.closest('button[aria-expanded]')
    if (!button) return
    const name = button.getAttribute('aria-controls')
    expanded.has(name) ? expanded.delete(name) : expanded.add(name)
    applyExpanded(button)
  })
  model.on('content', draw)
  draw()
}
