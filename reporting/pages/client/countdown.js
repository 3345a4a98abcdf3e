// Counts down in the browser. The server forgets by its own clock; when it has not said so within the grace time, the
// browser clears the page by itself.
const GRACE_MS = 4000

export function render({ model, el }) {
  // The one stands still while the machine sleeps, the other jumps when somebody sets it: what is over by one of them is over.
  const clocks = [() => performance.now(), () => Date.now()]
  const ends = clocks.map((now) => now() + model.seconds * 1000)
  const millisecondsLeft = () => Math.min(...clocks.map((now, index) => ends[index] - now()))
  const label = document.createElement('span')
  label.setAttribute('role', 'timer')
  label.className = 'muted'
  el.replaceChildren(label)
  const draw = () => {
    const left = Math.max(0, Math.ceil(millisecondsLeft() / 1000))
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
    label.textContent = model.text.replace('{time}', time)
    if (millisecondsLeft() < -GRACE_MS && el.isConnected) clear()
  }
  const clear = () => {
    clearInterval(timer)
    Bokeh.pageConnection.clear()
  }
  const timer = setInterval(draw, 250)
  model.on('text', draw)
  model.on('remove', () => clearInterval(timer))
  draw()
}
