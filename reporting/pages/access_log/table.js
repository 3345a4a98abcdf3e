// Everything shown is text: names come from outside, and are never read as HTML.
const make = (tag, attributes = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), attributes)
  element.append(...children)
  return element
}

export function render({ model, el }) {
  const who = make('input', { type: 'text', maxLength: 128, autocomplete: 'off', spellcheck: false })
  const purpose = make('select'), outcome = make('select'), day = make('input', { type: 'date' })
  const fields = { who, purpose, outcome, day }
  const labels = Object.fromEntries(Object.keys(fields).map((name) => [name, make('span')]))
  const filters = make('div', { className: 'filters' },
    Object.entries(fields).map(([name, field]) => make('label', {}, [labels[name], field])))
  const [check, save] = ['verify', 'export'].map((type) => make('button', { type: 'button', onclick: () => ask(type) }))
  const status = make('p', { className: 'status muted' })
  status.setAttribute('role', 'status')
  const head = make('tr'), body = make('tbody'), none = make('p', { className: 'muted none' })
  const scroller = make('div', { className: 'scroller', tabIndex: 0 },
    [make('table', {}, [make('thead', {}, [head]), body]), none])
  scroller.setAttribute('role', 'region')
  const [newest, older] = ['newest', 'older'].map((type) => make('button', { type: 'button', onclick: () => ask(type) }))
  el.replaceChildren(filters, make('div', { className: 'bar' }, [check, save, status]), scroller,
    make('div', { className: 'pager' }, [newest, older]))

  const ask = (type) => {
    const chosen = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]))
    model.send_msg({ type, ...chosen })
  }
  for (const field of [purpose, outcome, day, who]) field.onchange = () => ask('filter')

  const choose = (select, choices) => {
    const chosen = select.value
    select.replaceChildren(...[['', model.words.all], ...choices].map(([value, textContent]) => make('option', { value, textContent })))
    select.value = chosen
  }
  const speak = () => {
    const words = model.words
    for (const name in labels) labels[name].textContent = words[name]
    choose(purpose, words.purposes)
    choose(outcome, words.outcomes)
    check.textContent = words.verify
    save.textContent = words.export
    newest.textContent = words.newest
    older.textContent = words.older
    none.textContent = words.none
    scroller.setAttribute('aria-label', words.title)
    head.replaceChildren(...words.columns.map((textContent) => make('th', { textContent, scope: 'col' })))
  }
  const draw = () => {
    const { rows, busy, first, last } = model.view
    body.replaceChildren(...rows.map((cells) => make('tr', {}, cells.map((textContent, column) =>
      make('td', { textContent, title: column === 6 ? textContent : '' })))))
    scroller.classList.toggle('busy', busy)
    none.hidden = busy || rows.length > 0
    newest.disabled = busy || first
    older.disabled = busy || last
  }
  const tell = () => { status.textContent = model.status }
  model.on('words', speak)
  model.on('view', draw)
  model.on('status', tell)
  model.on('msg:custom', ({ content, file }) => {
    const url = URL.createObjectURL(new Blob([content], { type: 'text/csv;charset=utf-8' }))
    make('a', { href: url, download: file }).click()
    setTimeout(() => URL.revokeObjectURL(url)) // after the click has started the download
  })
  speak()
  draw()
  tell()
}
