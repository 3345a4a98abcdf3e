export function render({ model, el }) {
  const name = document.createElement('span')
  const button = Object.assign(document.createElement('button'), { type: 'submit' })
  const form = Object.assign(document.createElement('form'), { method: 'post', action: '/sign-out' })
  form.onsubmit = () => { document.documentElement.dataset.signingOut = '' }
  form.append(name, button)
  el.replaceChildren(form)
  const draw = () => {
    name.textContent = name.title = model.shown_name
    button.textContent = model.label
  }
  for (const property of ['shown_name', 'label']) model.on(property, draw)
  draw()
}
