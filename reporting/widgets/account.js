const DOOR = `<svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
  stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M14 4H6v16h8M11 12h10m-4-4 4 4-4 4"/></svg>`

export function render({ model, el }) {
  const name = document.createElement('span')
  const button = Object.assign(document.createElement('button'), { type: 'submit' })
  const words = document.createElement('span')
  button.innerHTML = DOOR
  button.append(words)
  const form = Object.assign(document.createElement('form'), { method: 'post', action: '/sign-out' })
  form.onsubmit = () => { document.documentElement.dataset.signingOut = '' }
  form.append(name, button)
  el.replaceChildren(form)
  const draw = () => {
    name.textContent = name.title = model.display_name
    words.textContent = button.title = model.label
    button.setAttribute('aria-label', model.label)
  }
  for (const property of ['display_name', 'label']) model.on(property, draw)
  draw()
}
