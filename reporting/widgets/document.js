// What belongs to the whole page: its language, its title, its address, and what screen readers should announce.
const YEAR_SECONDS = 365 * 24 * 3600

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
  // Back and Forward go from page to page; what else changes replaces the address that is there.
  const keepAddress = () => {
    const pageIn = (query) => new URLSearchParams(query).get('page')
    const from = pageIn(location.search)
    if (location.search === model.address) return
    if (from === null || from === pageIn(model.address)) history.replaceState(null, '', model.address)
    else history.pushState(null, '', model.address)
  }
  const followAddress = () => { model.address = location.search }
  const keepPreferences = () => {
    const secure = location.protocol === 'https:' ? '; Secure' : ''
    document.cookie = `neoscore-look=${model.preferences}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`
  }
  addEventListener('popstate', followAddress)
  model.on('remove', () => removeEventListener('popstate', followAddress))
  model.on('address', keepAddress)
  model.on('preferences', keepPreferences)
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
  keepAddress()
}
