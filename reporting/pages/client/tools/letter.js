// Shows, prints and saves the letter that the server sends. It lives in frames and in one Blob, and goes with them.
const createElement = (tag, attributes = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), attributes)
  element.append(...children)
  return element
}

export function render({ model, el }) {
  const button = (name, className = '') => {
    const made = createElement('button', { type: 'button', className })
    made.dataset.message = name
    return made
  }
  const languages = model.languages.map(([language, name]) => {
    const choice = createElement('button', { type: 'button', textContent: name, lang: language })
    choice.onclick = () => { model.language = language }
    return [language, choice]
  })
  const group = createElement('div', { className: 'languages' }, languages.map(([, choice]) => choice))
  group.setAttribute('role', 'group')
  const [preview, print, download] = [button('preview', 'main'), button('print'), button('download')]
  const status = createElement('p', { className: 'status' })
  status.setAttribute('role', 'status')

  const [again, save, close] = [button('print'), button('download'), button('close', 'main')]
  const dialog = createElement('dialog', {}, [createElement('div', { className: 'bar' }, [again, save, close])])
  el.replaceChildren(createElement('div', { className: 'controls' }, [group, preview, print, download]), status, dialog)

  const draw = () => {
    for (const element of el.querySelectorAll('[data-message]')) element.textContent = model.messages[element.dataset.message]
    group.setAttribute('aria-label', model.messages.language)
    dialog.setAttribute('aria-label', model.messages.title)
    for (const [language, choice] of languages) choice.setAttribute('aria-pressed', String(language === model.language))
  }
  const setStatus = (text, alert = false) => {
    status.textContent = text
    status.classList.toggle('alert', alert)
  }
  const request = (type) => {
    setStatus(model.messages.waiting)
    model.send_msg({ type, language: model.language })
  }
  preview.onclick = () => request('preview')
  print.onclick = again.onclick = () => request('print')
  download.onclick = save.onclick = () => request('download')
  close.onclick = () => dialog.close()

  const frame = (html, className) => createElement('iframe', { srcdoc: html, className, title: model.messages.title })
  const removeFrames = (className) => { for (const found of el.querySelectorAll(`iframe.${className}`)) found.remove() }
  dialog.addEventListener('close', () => removeFrames('preview'))

  const receive = {
    preview({ content }) {
      removeFrames('preview')
      dialog.append(frame(content, 'preview'))
      if (!dialog.open) dialog.showModal()
      close.focus()
    },
    print({ content }) {
      removeFrames('print')
      const printed = frame(content, 'print')
      printed.tabIndex = -1
      printed.setAttribute('aria-hidden', 'true')
      printed.onload = () => {
        printed.contentWindow.onafterprint = () => printed.remove()
        printed.contentWindow.print()
      }
      el.append(printed)
    },
    download({ content, file }) {
      const url = URL.createObjectURL(new Blob([content], { type: 'application/pdf' }))
      createElement('a', { href: url, download: file }).click()
      setTimeout(() => URL.revokeObjectURL(url)) // after the click has started the download
      setStatus(model.messages.downloaded)
    },
    error({ message }) { setStatus(message, true) },
    clear() {
      dialog.close()
      removeFrames('preview')
      removeFrames('print')
    },
  }
  model.on('msg:custom', (data) => {
    setStatus('')
    receive[data.type](data)
  })
  model.on('remove', receive.clear)
  for (const name of ['messages', 'language']) model.on(name, draw)
  draw()
}
