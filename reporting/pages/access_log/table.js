// Everything shown is text: names come from outside, and are never read as HTML.
const createElement = (tag, attributes = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), attributes)
  element.append(...children)
  return element
}

export function render({ model, el }) {
  const actor = createElement('input', { type: 'text', maxLength: 128, autocomplete: 'off', spellcheck: false })
  const [role, purpose, outcome] = ['role', 'purpose', 'outcome'].map(() => createElement('select'))
  const day = createElement('input', { type: 'date' })
  const fields = { actor, role, purpose, outcome, day }
  const labels = Object.fromEntries(Object.keys(fields).map((name) => [name, createElement('span')]))
  const filters = createElement('div', { className: 'filters' },
    Object.entries(fields).map(([name, field]) => createElement('label', {}, [labels[name], field])))
  const [check, save] = ['verify', 'export'].map((type) => createElement('button', { type: 'button', onclick: () => send(type) }))
  const status = createElement('p', { className: 'status muted' })
  status.setAttribute('role', 'status')
  const head = createElement('tr'), body = createElement('tbody'), none = createElement('p', { className: 'muted none' })
  const scroller = createElement('div', { className: 'scroller', tabIndex: 0 },
    [createElement('table', {}, [createElement('thead', {}, [head]), body]), none])
  scroller.setAttribute('role', 'region')
  const [newest, older] = ['newest', 'older'].map((type) => createElement('button', { type: 'button', onclick: () => send(type) }))
  el.replaceChildren(filters, createElement('div', { className: 'bar' }, [check, save, status]), scroller,
    createElement('div', { className: 'pager' }, [newest, older]))

  const send = (type) => {
    const chosen = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]))
    model.send_msg({ type, ...chosen })
  }
  for (const field of Object.values(fields)) field.onchange = () => send('filter')

  const choose = (select, choices) => {
    const chosen = select.value
    select.replaceChildren(...[['', model.messages.all], ...choices].map(([value, textContent]) => createElement('option', { value, textContent })))
    select.value = chosen
  }
  const updateMessages = () => {
    const messages = model.messages
    for (const name in labels) labels[name].textContent = messages[name]
    for (const name in messages.choices) choose(fields[name], messages.choices[name])
    check.textContent = messages.verify
    save.textContent = messages.export
    newest.textContent = messages.newest
    older.textContent = messages.older
    none.textContent = messages.none
    scroller.setAttribute('aria-label', messages.title)
    head.replaceChildren(...messages.columns.map((textContent) => createElement('th', { textContent, scope: 'col' })))
  }
  const draw = () => {
    const { rows, busy, first, last } = model.table_data
    body.replaceChildren(...rows.map((cells) => createElement('tr', {}, cells.map((textContent, column) =>
      createElement('td', { textContent, title: column === 6 ? textContent : '' })))))
    scroller.classList.toggle('busy', busy)
    none.hidden = busy || rows.length > 0
    newest.disabled = busy || first
    older.disabled = busy || last
  }
  const updateStatus = () => { status.textContent = model.status }
  model.on('messages', updateMessages)
  model.on('table_data', draw)
  model.on('status', updateStatus)
  model.on('msg:custom', ({ content, file }) => {
    const url = URL.createObjectURL(new Blob([content], { type: 'text/csv;charset=utf-8' }))
    createElement('a', { href: url, download: file }).click()
    setTimeout(() => URL.revokeObjectURL(url)) // after the click has started the download
  })
  updateMessages()
  draw()
  updateStatus()
}
