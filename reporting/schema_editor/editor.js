// The list of features, and the form of one. What is typed goes to the server at once, which returns what is wrong.
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

export function render({ model, el }) {
  const list = make('nav'), form = make('form', { onsubmit: () => false }), preview = make('section', { className: 'preview' })
  const reviewed = make('input', { type: 'checkbox' }), reviewedText = make('span'), save = make('button', { type: 'button' })
  const points = make('p', { className: 'points' }), status = make('p')
  status.setAttribute('role', 'status')
  reviewed.onchange = () => model.send_msg({ reviewed: reviewed.checked })
  save.onclick = () => model.send_msg({ save: true })
  const bar = make('footer', {}, make('label', {}, reviewed, reviewedText), status, save)
  el.replaceChildren(make('div', { className: 'columns' }, list, make('div', {}, form, preview)), bar)

  let ids = 0
  const send = (field, value) => model.send_msg({ feature: model.form.feature, field, value })

  const input = (value, onInput, properties = {}) => {
    const element = make('input', { type: 'text', value, autocomplete: 'off', spellcheck: false, ...properties })
    element.oninput = () => onInput(element.value)
    return element
  }

  const words = (value, label, onChange) => model.languages.map(([tag, name]) => {
    const element = input(value[tag] ?? '', (text) => { value[tag] = text; onChange(value) }, { lang: tag })
    element.setAttribute('aria-label', `${label}, ${name}`)
    return make('label', { className: 'language' }, make('span', { textContent: tag, ariaHidden: 'true' }), element)
  })

  const rows = (field) => {
    const body = make('div', { className: 'rows' }), value = structuredClone(field.value)
    const changed = () => send(field.key, value)
    const button = (text, sign, act, disabled) => {
      const element = make('button', { type: 'button', textContent: sign, title: text, disabled })
      element.setAttribute('aria-label', text)
      element.onclick = () => { act(); draw(); changed() }
      return element
    }
    const draw = () => {
      body.replaceChildren(...value.map((row, i) => {
        const swap = (j) => { [value[i], value[j]] = [value[j], value[i]] }
        const first = field.codes
          ? input(row.value, (text) => { row.value = text; changed() }, { className: 'code' })
          : make('strong', { textContent: row.value })
        if (field.codes) first.setAttribute('aria-label', model.words.value)
        const buttons = field.codes
          ? [button(`${model.words.remove} ${row.value}`, '×', () => value.splice(i, 1), false)]
          : [button(`${model.words.up}: ${row.value}`, '↑', () => swap(i - 1), i === 0),
             button(`${model.words.down}: ${row.value}`, '↓', () => swap(i + 1), i === value.length - 1)]
        return make('div', { className: 'row' }, first, ...words(row.words, row.value, changed), make('span', {}, ...buttons))
      }))
      if (!field.codes) return
      const add = make('button', { type: 'button', className: 'add', textContent: model.words.add })
      add.onclick = () => { value.push({ value: '', words: {} }); draw(); changed(); body.querySelector('.row:last-of-type .code').focus() }
      body.append(add)
    }
    draw()
    return body
  }

  const control = (field) => {
    if (field.kind === 'words') {
      const value = { ...field.value }
      return make('div', { className: 'languages' }, ...words(value, field.label, () => send(field.key, value)))
    }
    if (field.kind === 'rows') return rows(field)
    if (field.kind === 'select') {
      const options = field.options.map(([value, textContent]) => make('option', { value, textContent, selected: value === field.value }))
      const element = make('select', {}, ...options)
      element.onchange = () => send(field.key, element.value)
      return element
    }
    if (field.kind === 'check') {
      const element = make('input', { type: 'checkbox', checked: field.value })
      element.onchange = () => send(field.key, element.checked)
      return element
    }
    return input(field.value, (text) => send(field.key, text))
  }

  const drawField = (field) => {
    const id = `f${ids++}`, element = control(field), single = element.matches('input, select')
    const title = make(single ? 'label' : 'span', { className: 'title', textContent: field.label, id: `${id}-title` })
    if (single) { element.id = id; title.htmlFor = id } else { element.setAttribute('role', 'group'); element.setAttribute('aria-labelledby', title.id) }
    const problem = make('p', { className: 'problem', id: `${id}-problem` })
    element.setAttribute('aria-describedby', problem.id)
    const hint = field.hint ? [make('p', { className: 'hint', textContent: field.hint })] : []
    const parts = field.kind === 'check' ? [make('div', { className: 'check' }, element, title)] : [title, ...hint, element]
    const box = make('div', { className: `field ${field.kind}` }, ...parts, problem)
    box.dataset.field = field.key
    return box
  }

  const drawForm = () => {
    const groups = model.form.groups.map((group) =>
      make('section', {}, make('h3', { textContent: group.title }), make('div', { className: 'fields' }, ...group.fields.map(drawField))))
    form.replaceChildren(make('h2', { textContent: model.form.title }), make('p', { className: 'muted', textContent: model.form.subtitle }), points, ...groups)
    drawProblems()
  }

  const drawProblems = () => {
    for (const box of form.querySelectorAll('[data-field]')) {
      const text = model.problems[box.dataset.field] ?? ''
      const message = box.querySelector('.problem')
      if (message.textContent !== text) message.textContent = text
      box.querySelector('[aria-describedby]').setAttribute('aria-invalid', String(Boolean(text)))
      box.classList.toggle('invalid', Boolean(text))
    }
  }

  const drawPreview = () => {
    points.textContent = model.points
    preview.replaceChildren(make('h3', { textContent: model.words.preview }), ...model.preview.map((textContent) => make('p', { textContent })))
  }

  const drawList = () => {
    const root = el.getRootNode(), focused = list.contains(root.activeElement), top = list.scrollTop
    list.setAttribute('aria-label', model.words.features)
    list.replaceChildren(...model.features.map(([name, label, note, invalid]) => {
      const button = make('button', { type: 'button' }, make('span', { textContent: label }), make('small', { textContent: note, className: invalid ? 'invalid' : '' }))
      button.dataset.feature = name
      if (name === model.form.feature) button.setAttribute('aria-current', 'true')
      button.onclick = () => model.send_msg({ select: name })
      return button
    }))
    list.scrollTop = top
    if (focused) list.querySelector('[aria-current]')?.focus()
  }

  const drawBar = () => {
    reviewedText.textContent = model.words.reviewed
    save.textContent = model.words.save
    reviewed.checked = model.reviewed
    status.textContent = model.status
    status.className = model.failed ? 'failed' : ''
  }

  for (const name of ['form', 'languages']) model.on(name, () => { drawForm(); drawList() })
  model.on('problems', drawProblems)
  for (const name of ['preview', 'points']) model.on(name, drawPreview)
  model.on('features', drawList)
  for (const name of ['words', 'reviewed', 'status', 'failed']) model.on(name, drawBar)
  drawForm(); drawList(); drawPreview(); drawBar()
}
