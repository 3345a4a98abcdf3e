const SUN = '<circle cx="12" cy="12" r="4"/><path d="M12 3v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4"/>'
const MOON = '<path d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z"/>'

export function render({ model, el }) {
  const button = Object.assign(document.createElement('button'), { type: 'button' })
  button.onclick = () => {
    model.dark = !model.dark
    model.chosen += 1
  }
  el.replaceChildren(button)
  const draw = () => {
    document.documentElement.dataset.theme = model.dark ? 'dark' : 'light'
    button.title = model.label
    button.setAttribute('aria-label', model.label)
    button.setAttribute('aria-pressed', String(model.dark))
    button.innerHTML = `<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">${model.dark ? MOON : SUN}</svg>`
  }
  model.on('dark', draw)
  model.on('label', draw)
  if (model.follow && window.matchMedia('(prefers-color-scheme: dark)').matches) model.dark = true
  draw()
}
