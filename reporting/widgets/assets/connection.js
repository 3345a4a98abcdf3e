// The connection of the page. While the server does not answer, a band says so, and what is shown is marked as old and out
// of reach; meanwhile the page connects again by itself, and then shows what the server has now. Its words come from the
// component in connection.js; it stands outside of what the server describes, and stays when that is replaced.
const { ClientConnection } = Bokeh.require('client/connection')

const TICK_MS = 500
const SILENCE_MS = 2000 // an answer takes milliseconds, or a second while the server builds a page
const GIVE_UP_MS = 5000 // a connection that is silent for so long while the server answers others is closed
const LAST_CHANCE_MS = 1000 // for an answer that is on its way when others are answered again
const REFUSALS = 2 // a single one may be that of a server that is just starting

async function serverAnswers() {
  const signal = AbortSignal.timeout(GIVE_UP_MS)
  const answer = await fetch('/healthz', { cache: 'no-store', signal }).catch(() => null)
  return answer !== null && answer.ok
}

class PageConnection {
  returned = false // whether the page shows the server's document anew, after it had been lost
  #connection
  #texts = { lost: '', cleared: '', ended: '', reload: '' }
  #band = document.createElement('div')
  #words = document.createElement('span')
  #reload = Object.assign(document.createElement('button'), { type: 'button', onclick: () => location.reload() })
  #question = null // {sent}, while it is unanswered
  #attempt = null // {begun}, while it connects
  #doubting = false
  #lostAt = null
  #cleared = false
  #refusals = 0

  constructor(connection) {
    this.#connection = connection
    this.#band.id = 'connection'
    this.#words.setAttribute('role', 'alert') // read out when it comes into the document
    document.body.append(this.#band)
    const tick = () => this.#tick()
    setInterval(tick, TICK_MS)
    for (const event of ['online', 'visibilitychange']) addEventListener(event, tick, true)
  }

  speak(texts) {
    this.#texts = texts
    this.#show()
  }

  // Take everything off the screen and out of the browser's memory, and get from the server what is there now.
  clear() {
    this.#cleared = true
    this.#lose()
    this.#show()
    const { socket, session } = this.#connection
    const { config } = session.document
    session.document.clear({ sync: false })
    session.document.config = config // which Bokeh reads when a connection ends
    socket?.close()
  }

  #tick() {
    const { socket, session } = this.#connection
    const since = ({ sent, begun }) => performance.now() - (sent ?? begun)
    if (socket === null) {
      this.#question = null
      this.#lose()
      if (this.#attempt === null) void this.#connectAgain()
    } else if (this.#attempt !== null) {
      if (since(this.#attempt) > GIVE_UP_MS) socket.close()
    } else if (this.#question === null) {
      if (session !== null) void this.#ask()
    } else if (since(this.#question) > SILENCE_MS) {
      this.#lose()
      if (since(this.#question) > GIVE_UP_MS && !this.#doubting) void this.#doubt(this.#question)
    }
  }

  // A server that answers nobody is busy, or out of reach: then another connection helps nothing. TCP by itself would keep a
  // dead one for minutes.
  async #doubt(question) {
    this.#doubting = true
    if (await serverAnswers()) {
      await new Promise((resolve) => setTimeout(resolve, LAST_CHANCE_MS))
      if (this.#question === question) this.#connection.socket?.close()
    }
    this.#doubting = false
  }

  async #ask() {
    const question = (this.#question = { sent: performance.now() })
    try {
      await this.#connection.session.request_server_info()
      if (this.#question === question) this.#recover()
    } catch {
      // The connection was closed; the next tick sees that.
    }
    if (this.#question === question) this.#question = null
  }

  async #connectAgain() {
    this.#attempt = { begun: performance.now() }
    this.returned = true // while the document is replaced, before the promise is kept
    try {
      await this.#connection.connect()
      this.#recover()
    } catch {
      // A server that is there and does not let the page in was restarted, or the sign-in has ended.
      this.#refusals = (await serverAnswers()) ? this.#refusals + 1 : 0
      this.#show()
    }
    this.#attempt = null
  }

  #lose() {
    if (this.#lostAt !== null) return
    this.#lostAt = new Date()
    this.#show()
  }

  #recover() {
    this.#refusals = 0
    this.#cleared = false
    if (this.#lostAt === null) return
    this.#lostAt = null
    this.#show()
  }

  #show() {
    const lost = this.#lostAt !== null
    for (const part of document.body.children) if (part !== this.#band) part.inert = lost
    if (!lost) return this.#band.replaceChildren()
    const ended = this.#refusals >= REFUSALS
    const time = this.#lostAt.toLocaleTimeString(document.documentElement.lang)
    const words = ended ? this.#texts.ended : this.#cleared ? this.#texts.cleared : this.#texts.lost
    this.#words.textContent = words.replace('{time}', time)
    this.#reload.textContent = this.#texts.reload
    this.#band.replaceChildren(this.#words, ...(ended ? [this.#reload] : []))
  }
}

const connect = ClientConnection.prototype.connect
ClientConnection.prototype.connect = function () {
  Bokeh.pageConnection ??= new PageConnection(this)
  this.args_string = location.search.slice(1) // a session that begins anew opens what the address names now
  return connect.call(this)
}
