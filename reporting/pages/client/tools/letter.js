// Shows, prints and saves the letter that the server sends. It lives in frames and in one Blob, and goes with them.
const NAMES = { fr: 'Français', en: 'English' }

const make = (tag, attributes = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), attributes)
  element.append(...children)
  return element
}

export function render({ model, el }) {
  const button = (name, className = '') => {
    const made = make('button', { type: 'button', className })
    made.dataset.word = name
    return made
  }
  const languages = Object.entries(NAMES).map(([language, name]) => {
    const choice = make('button', { type: 'button', textContent: name, lang: language })
    choice.onclick = () => { model.language = language }
    return [language, choice]
  })
  const group = make('div', { className: 'languages' }, languages.map(([, choice]) => choice))
  group.setAttribute('role', 'group')
  const [preview, print, download] = [button('preview', 'main'), button('print'), button('download')]
  const status = make('p', { className: 'status' })
  status.setAttribute('role', 'status')

  const [again, save, close] = [button('print'), button('download'), button('close', 'main')]
  const dialog = make('dialog', {}, [make('div', { className: 'bar' }, [again, save, close])])
  el.replaceChildren(make('div', { className: 'controls' }, [group, preview, print, download]), status, dialog)

  const draw = () => {
    for (const named of el.querySelectorAll('[data-word]')) named.textContent = model.words[named.dataset.word]
    group.setAttribute('aria-label', model.words.language)
    dialog.setAttribute('aria-label', model.words.title)
    for (const [language, choice] of languages) choice.setAttribute('aria-pressed', String(language === model.language))
  }
  const say = (words, alert = false) => {
    status.textContent = words
    status.classList.toggle('alert', alert)
  }
  const ask = (type) => {
    say(model.words.waiting)
    model.send_msg({ type, language: model.language })
  }
  preview.onclick = () => ask('preview')
  print.onclick = again.onclick = () => ask('print')
  download.onclick = save.onclick = () => ask('download')
  close.onclick = () => dialog.close()

  const frame = (html, className) => make('iframe', { srcdoc: html, className, title: model.words.title })
  const drop = (className) => { for (const found of el.querySelectorAll(`iframe.${className}`)) found.remove() }
  dialog.addEventListener('close', () => drop('preview'))

  const receive = {
    preview({ content }) {
      drop('preview')
      dialog.append(frame(content, 'preview'))
      if (!dialog.open) dialog.showModal()
      close.focus()
    },
    print({ content }) {
      drop('print')
      const sheet = frame(content, 'print')
      sheet.tabIndex = -1
      sheet.setAttribute('aria-hidden', 'true')
      sheet.onload = () => {
        sheet.contentWindow.onafterprint = () => sheet.remove()
        sheet.contentWindow.print()
      }
      el.append(sheet)
    },
    download({ content, file }) {
      const url = URL.createObjectURL(new Blob([content], { type: 'application/pdf' }))
      make('a', { href: url, download: file }).click()
      setTimeout(() => URL.revokeObjectURL(url)) // after the click has started the download
      say(model.words.downloaded)
    },
    fail({ words }) { say(words, true) },
    wipe() {
      dialog.close()
      drop('preview')
      drop('print')
    },
  }
  model.on('msg:custom', (data) => {
    say('')
    receive[data.type](data)
  })
  model.on('remove', receive.wipe)
  for (const name of ['words', 'language']) model.on(name, draw)
  draw()
}
