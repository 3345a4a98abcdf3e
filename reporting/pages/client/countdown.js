// Counts down in the browser. The server forgets on its own clock; when it does not say so within the grace time
// (connection lost), the page wipes itself, so a score never outlives its time on a screen nobody serves.
const GRACE_MS = 4000

export function render({ model, el }) {
  const end = Date.now() + model.seconds * 1000
  const label = document.createElement('span')
  label.setAttribute('role', 'timer')
  label.className = 'muted'
  el.replaceChildren(label)
  const draw = () => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000))
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
    label.textContent = model.text.replace('{time}', time)
    if (Date.now() > end + GRACE_MS && el.isConnected) wipe()
  }
  const wipe = () => {
    clearInterval(timer)
    const reload = Object.assign(document.createElement('button'), { textContent: model.reload })
    reload.onclick = () => location.reload()
    const box = document.createElement('main')
    box.style.cssText = 'font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; padding: 0 1rem'
    const words = Object.assign(document.createElement('p'), { textContent: model.lost })
    box.append(words, reload)
    document.body.replaceChildren(box)
  }
  const timer = setInterval(draw, 250)
  model.on('text', draw)
  model.on('remove', () => clearInterval(timer))
  draw()
}
