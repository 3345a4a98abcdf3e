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
  for (const name of ['language', 'heading', 'announcement']) model.on(name, apply)
  apply()
}
