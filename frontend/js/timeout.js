// Warns before the session ends, keeps it open when asked, and covers the page once it has ended.
// Without this script, the log-in page after a time-out explains.
import { csrfToken } from './autosave.js'
import { hasUnsaved } from './unsaved.js'

const LOOK_EVERY = 5_000

class Timeout {
  constructor(root, dialog) {
    this.root = root
    this.dialog = dialog
    this.warnAfter = Number(dialog.dataset.timeoutWarning) * 1000
    this.endAfter = Number(dialog.dataset.timeoutEnd) * 1000
    this.heading = dialog.querySelector('[data-timeout-heading]')
    this.message = dialog.querySelector('[data-timeout-message]')
    this.since = Date.now()
    this.ended = false
    this.timer = setInterval(() => this.look(), LOOK_EVERY)
    this.listen()
  }

  part(name) {
    return this.dialog.querySelector(`[data-timeout-${name}]`)
  }

  listen() {
    this.part('stay-button').addEventListener('click', (event) => {
      event.preventDefault()
      this.stay()
    })
    this.part('close').addEventListener('click', () => this.dialog.close())
    // Closing the warning with Escape means "I am still here".
    this.dialog.addEventListener('cancel', (event) => {
      if (this.ended && this.covered) event.preventDefault()
      if (this.ended) return
      event.preventDefault()
      this.stay()
    })
    this.dialog.addEventListener('close', () => {
      if (this.ended && this.covered) this.dialog.showModal()
    })
    // A computer that was asleep looks at the clock before the page can be read again.
    this.root.addEventListener('visibilitychange', () => this.look())
    // An autosave is a sign of life for the server, so for the clock here too, and for those in other tabs.
    this.tabs = 'BroadcastChannel' in window ? new BroadcastChannel('portal-alive') : null
    this.root.addEventListener('portal:alive', () => {
      this.alive()
      this.tabs?.postMessage('alive')
    })
    this.tabs?.addEventListener('message', () => this.alive())
    this.tabs?.postMessage('alive')
  }

  alive() {
    if (this.ended) return
    this.since = Date.now()
    if (this.dialog.open) this.dialog.close()
  }

  look() {
    if (this.ended) return
    const gone = Date.now() - this.since
    if (gone >= this.endAfter) this.end()
    else if (gone >= this.warnAfter) this.warn(this.endAfter - gone)
  }

  warn(left) {
    const minutes = Math.max(1, Math.ceil(left / 60_000))
    const words = minutes === 1 ? this.message.dataset.one : this.message.dataset.many.replace('{minutes}', minutes)
    if (this.message.textContent !== words) this.message.textContent = words
    if (!this.dialog.open) this.dialog.showModal()
  }

  async stay() {
    const answer = await fetch(this.dialog.dataset.timeoutStay, {
      method: 'POST',
      headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
      credentials: 'same-origin',
      redirect: 'manual'
    }).catch(() => null)
    if (answer?.ok) this.root.dispatchEvent(new Event('portal:alive'))
    else if (answer) this.end() // without an answer the warning stays, to be tried again
  }

  /** The record on the page is covered for good, unless the person would lose what they typed. */
  end() {
    clearInterval(this.timer)
    this.ended = true
    const unsaved = hasUnsaved()
    this.covered = !unsaved
    this.heading.textContent = this.heading.dataset.ended
    this.message.textContent = unsaved ? this.message.dataset.endedUnsaved : this.message.dataset.ended
    this.part('buttons').hidden = true
    this.part('again').hidden = false
    this.part('close').hidden = !unsaved
    const link = this.part('log-in')
    link.href = location.pathname + location.search
    if (unsaved) link.target = '_blank'
    this.root.title = this.heading.dataset.ended
    if (this.covered) {
      for (const child of this.root.body.children) if (child !== this.dialog) child.hidden = true
    }
    if (!this.dialog.open) this.dialog.showModal()
    this.heading.focus()
  }
}

export function startTimeout(root) {
  const dialog = root.querySelector('dialog[data-timeout-warning]')
  if (dialog && typeof dialog.showModal === 'function') new Timeout(root, dialog)
}
