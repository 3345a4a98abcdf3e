// What belongs to the whole page: its language, its title, and what screen readers should announce.
export function render({ model, el }) {
  const status = document.createElement('div')
  status.setAttribute('role', 'status')
  status.className = 'unseen'
  el.replaceChildren(status)
  const apply = () => {
    document.documentElement.lang = model.language
    document.title = model.heading
    status.textContent = model.announcement
  }
  const leave = (reason = 'timed_out') => {
    if ('signingOut' in document.documentElement.dataset) return // the form's response redirects
    location.replace(`/signed-out?reason=${reason}&lang=${model.language}`)
  }
  model.on('leave', () => leave(model.leave))
  if (model.idle_seconds > 0) {
    let timer
    const resetIdleTimer = () => {
      clearTimeout(timer)
      timer = setTimeout(leave, model.idle_seconds * 1000)
    }
    const kinds = ['pointerdown', 'keydown', 'wheel']
    for (const kind of kinds) addEventListener(kind, resetIdleTimer, { passive: true, capture: true })
    model.on('remove', () => {
      clearTimeout(timer)
      for (const kind of kinds) removeEventListener(kind, resetIdleTimer, { capture: true })
    })
    resetIdleTimer()
  }
  for (const name of ['language', 'heading', 'announcement']) model.on(name, apply)
  apply()
}
