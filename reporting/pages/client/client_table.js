// A real <table>: screen readers announce it, every action is a button, the browser's own focus order applies.
const createElement = (tag, properties = {}, children = []) => {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children)
  return node
}

const header = (column, view, send) => {
  const active = view.sort === column.name
  const arrow = createElement('span', { className: 'arrow', textContent: active ? (view.descending ? '↓' : '↑') : '' })
  arrow.setAttribute('aria-hidden', 'true')
  const button = createElement('button', { type: 'button', title: column.sort_hint }, [
    createElement('span', { textContent: column.label }), arrow])
  button.dataset.focusKey = `sort:${column.name}`
  button.onclick = () => send({ type: 'sort', name: column.name })
  const cell = createElement('th', { scope: 'col', className: column.numeric ? 'numeric' : '' }, [button])
  if (active) cell.setAttribute('aria-sort', view.descending ? 'descending' : 'ascending')
  return cell
}

const row = (client, view, send) => {
  const open = createElement('button', { type: 'button', className: 'ref', textContent: client.short })
  open.setAttribute('aria-label', client.open_hint)
  open.dataset.focusKey = `ref:${client.ref}`
  const cells = client.cells.map((text, i) =>
    createElement('td', { textContent: text, title: text, className: view.columns[i + 1].numeric ? 'numeric' : '' }))
  const line = createElement('tr', {}, [createElement('th', { scope: 'row' }, [open]), ...cells])
  line.dataset.ref = client.ref
  line.onclick = () => {
    send({ type: 'open', ref: client.ref })
    if (matchMedia('(max-width: 860px)').matches) scrollToTop(line)
  }
  return line
}

const skeletonRows = (view) => Array.from({ length: view.page_rows }, () =>
  createElement('tr', { className: 'skeleton' }, view.columns.map(() => createElement('td', {}, [createElement('span')]))))

// On a phone the client replaces the list; start reading at its top.
const scrollToTop = (node) => {
  for (let at = node; at; at = at.assignedSlot ?? at.parentNode ?? at.host) at.scrollTo?.(0, 0)
}

const pageButton = (label, page, enabled, send) => {
  const button = createElement('button', { type: 'button', className: 'page-button', textContent: label, disabled: !enabled })
  button.dataset.focusKey = `page:${label}`
  button.onclick = () => send({ type: 'page', page })
  return button
}

export function render({ model, el }) {
  const send = (message) => model.send_msg(message)
  let drawn = ''
  const draw = () => {
    const { busy, selected, ...content } = model.table_data
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
    const focused = el.getRootNode().activeElement?.dataset?.focusKey
    const table = createElement('table', {}, [
      createElement('caption', { className: 'unseen', textContent: view.caption }),
      createElement('thead', {}, [createElement('tr', {}, view.columns.map((column) => header(column, view, send)))]),
      createElement('tbody', {}, view.rows.map((client) => row(client, view, send)))])
    const pager = createElement('nav', { className: 'pager' }, [
      createElement('span', { className: 'muted', textContent: view.range }),
      pageButton(view.previous, view.page - 1, view.page > 0, send),
      pageButton(view.next, view.page + 1, view.has_next, send)])
    if (view.skeleton) table.tBodies[0].append(...skeletonRows(view))
    el.replaceChildren(createElement('div', { className: 'scroller' }, [table]), pager)
    if (focused) el.querySelector(`[data-focus-key="${CSS.escape(focused)}"]`)?.focus()
  }
  model.on('table_data', draw)
  draw()
}
