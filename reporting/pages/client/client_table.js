// A real <table>: screen readers announce it, every action is a button, the browser's own focus order applies.
const make = (tag, properties = {}, children = []) => {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children)
  return node
}

const header = (column, view, send) => {
  const active = view.sort === column.name
  const arrow = make('span', { className: 'arrow', textContent: active ? (view.descending ? '↓' : '↑') : '' })
  arrow.setAttribute('aria-hidden', 'true')
  const button = make('button', { type: 'button', title: column.sort_hint }, [
    make('span', { textContent: column.label }), arrow])
  button.dataset.focus = `sort:${column.name}`
  button.onclick = () => send({ type: 'sort', name: column.name })
  const cell = make('th', { scope: 'col', className: column.numeric ? 'numeric' : '' }, [button])
  if (active) cell.setAttribute('aria-sort', view.descending ? 'descending' : 'ascending')
  return cell
}

const row = (client, view, send) => {
  const open = make('button', { type: 'button', className: 'ref', textContent: client.short })
  open.setAttribute('aria-label', client.open_hint)
  open.dataset.focus = `ref:${client.ref}`
  const cells = client.cells.map((text, i) =>
    make('td', { textContent: text, title: text, className: view.columns[i + 1].numeric ? 'numeric' : '' }))
  const line = make('tr', {}, [make('th', { scope: 'row' }, [open]), ...cells])
  line.dataset.ref = client.ref
  line.onclick = () => {
    send({ type: 'open', ref: client.ref })
    if (matchMedia('(max-width: 860px)').matches) toTop(line)
  }
  return line
}

const bones = (view) => Array.from({ length: view.page_rows }, () =>
  make('tr', { className: 'skeleton' }, view.columns.map(() => make('td', {}, [make('span')]))))

// On a telephone the client takes the place of the list; start reading at its top.
const toTop = (node) => {
  for (let at = node; at; at = at.assignedSlot ?? at.parentNode ?? at.host) at.scrollTo?.(0, 0)
}

const turn = (label, page, enabled, send) => {
  const button = make('button', { type: 'button', className: 'turn', textContent: label, disabled: !enabled })
  button.dataset.focus = `page:${label}`
  button.onclick = () => send({ type: 'page', page })
  return button
}

export function render({ model, el }) {
  const send = (message) => model.send_msg(message)
  let drawn = ''
  const draw = () => {
    const { busy, selected, ...content } = model.view
    const key = JSON.stringify(content)
    if (key !== drawn) build(content)  // rows that stay keep their nodes, so a click or the focus is not lost under way
    drawn = key
    const scroller = el.querySelector('.scroller')
    scroller.classList.toggle('busy', busy)
    scroller.setAttribute('aria-busy', String(busy))
    for (const line of el.querySelectorAll('tbody tr')) {
      line.classList.toggle('selected', line.dataset.ref === selected)
      line.toggleAttribute('aria-current', line.dataset.ref === selected)
    }
  }
  const build = (view) => {
    const focused = el.getRootNode().activeElement?.dataset?.focus
    const table = make('table', {}, [
      make('caption', { className: 'unseen', textContent: view.caption }),
      make('thead', {}, [make('tr', {}, view.columns.map((column) => header(column, view, send)))]),
      make('tbody', {}, view.rows.map((client) => row(client, view, send)))])
    const pager = make('nav', { className: 'pager' }, [
      make('span', { className: 'muted', textContent: view.range }),
      turn(view.previous, view.page - 1, view.page > 0, send),
      turn(view.next, view.page + 1, view.has_next, send)])
    if (view.skeleton) table.tBodies[0].append(...bones(view))
    el.replaceChildren(make('div', { className: 'scroller' }, [table]), pager)
    if (focused) el.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus()
  }
  model.on('view', draw)
  draw()
}
