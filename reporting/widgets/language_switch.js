export function render({ model, el }) {
  const group = document.createElement('div')
  group.setAttribute('role', 'group')
  const buttons = model.languages.map(([language, name]) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', textContent: name, lang: language })
    button.onclick = () => { model.language = language }
    return [language, button]
  })
  group.append(...buttons.map(([, button]) => button))
  el.replaceChildren(group)
  const draw = () => {
    group.setAttribute('aria-label', model.label)
    for (const [language, button] of buttons) button.setAttribute('aria-pressed', String(language === model.language))
  }
  model.on('language', draw)
  model.on('label', draw)
  draw()
}
