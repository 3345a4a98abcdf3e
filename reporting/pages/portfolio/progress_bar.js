// One node that stays and only changes its numbers: a screen reader keeps its place, and the bar glides.
export function render({ model, el }) {
  const bar = document.createElement('div')
  bar.setAttribute('role', 'progressbar')
  bar.setAttribute('aria-valuemin', '0')
  bar.setAttribute('aria-valuemax', '100')
  const fill = bar.appendChild(document.createElement('i'))
  const words = document.createElement('p')
  el.replaceChildren(bar, words)
  const draw = () => {
    bar.setAttribute('aria-label', model.label)
    bar.setAttribute('aria-valuetext', model.text)
    if (model.share < 0) bar.removeAttribute('aria-valuenow')
    else bar.setAttribute('aria-valuenow', String(Math.floor(model.share * 100)))
    bar.classList.toggle('unknown', model.share < 0)
    fill.style.width = `${Math.max(0, model.share) * 100}%`
    words.textContent = model.text
  }
  for (const name of ['share', 'label', 'text']) model.on(name, draw)
  draw()
}
