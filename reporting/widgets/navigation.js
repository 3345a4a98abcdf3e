// Buttons, not links: nothing of a session may end up in the browser's history.
export function render({ model, el }) {
  const nav = document.createElement('nav')
  el.replaceChildren(nav)
  const draw = () => {
    const focused = nav.contains(el.getRootNode().activeElement)
    nav.setAttribute('aria-label', model.label)
    nav.replaceChildren(...model.pages.map(([name, label]) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: label })
      button.dataset.page = name
      if (name === model.current) button.setAttribute('aria-current', 'page')
      button.onclick = () => { model.current = name }
      return button
    }))
    if (focused) nav.querySelector('[aria-current]')?.focus()
  }
  for (const name of ['pages', 'current', 'label']) model.on(name, draw)
  draw()
}
