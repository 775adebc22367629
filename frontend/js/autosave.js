// Saves a draft while it is being typed, and says so. What was typed never leaves the page because a save failed.
import { contentOf, markSaved } from './unsaved.js'

const WAIT = 3_000
const RETRY = 10_000

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content || ''
}

class Autosave {
  constructor(form) {
    this.form = form
    this.address = form.dataset.autosave
    this.status = form.querySelector('[data-autosave-status]')
    this.saved = contentOf(form)
    this.stopped = false
    form.addEventListener('input', () => this.changed())
    form.addEventListener('change', () => this.changed())
    form.addEventListener('focusout', () => this.save())
    form.addEventListener('submit', event => this.sent(event), { capture: true })
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.save()
    })
  }

  fields() {
    const fields = new URLSearchParams()
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === 'string') fields.append(name, value)
    }
    return fields
  }

  /** An earlier "Saved at 9:05" is not true of what is typed after it. */
  changed() {
    if (this.stopped) return
    if (contentOf(this.form) === this.saved) return
    this.say('unsaved')
    this.soon(WAIT)
  }

  soon(wait) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), wait)
  }

  /** A save on its way would make the page look older than what it has saved itself: the page is sent after it. */
  sent(event) {
    this.stop()
    if (!this.saving) return
    event.preventDefault()
    event.stopImmediatePropagation()
    const pressed = event.submitter
    this.saving.finally(() => this.form.requestSubmit(pressed))
  }

  stop() {
    this.stopped = true
    clearTimeout(this.timer)
  }

  async save() {
    if (this.stopped || this.saving) return
    const content = contentOf(this.form)
    if (content === this.saved) return
    clearTimeout(this.timer)
    this.saving = this.send(content)
    const wait = await this.saving
    this.saving = null
    if (!this.stopped && contentOf(this.form) !== this.saved) this.soon(wait)
  }

  /** Returns how long to wait before the next save. */
  async send(content) {
    try {
      const answer = await fetch(this.address, {
        method: 'POST',
        body: this.fields(),
        headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
        credentials: 'same-origin',
        redirect: 'manual',
        keepalive: this.fields().toString().length < 60_000
      })
      return await this.answered(answer, content)
    } catch {
      this.say('offline')
      return RETRY
    }
  }

  async answered(answer, content) {
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
      this.say('loggedOut')
    } else if (answer.status === 409) {
      const { compare } = await answer.json().catch(() => ({}))
      this.stop()
      this.say('conflict', compare)
    } else if (answer.ok) {
      const { saved_at: savedAt, version } = await answer.json()
      this.saved = content
      markSaved(this.form, content)
      const field = this.form.elements.version
      if (field && version !== undefined) field.value = version
      document.querySelector('[data-saved-line]')?.remove()
      if (contentOf(this.form) === content) this.say('saved', null, savedAt)
      document.dispatchEvent(new Event('portal:alive'))
      return WAIT
    } else {
      this.say('failed')
    }
    return RETRY
  }

  /** The words are in the page, so that they are translated with it. */
  say(what, link, time) {
    if (!this.status) return
    const words = (this.status.dataset[what] || '').replace('{time}', time || '')
    if (this.status.textContent === words && !link) return
    this.status.textContent = words
    if (link && link.startsWith('/')) {
      const anchor = document.createElement('a')
      anchor.href = link
      anchor.className = 'govuk-link'
      anchor.textContent = this.status.dataset.compare
      this.status.append(' ', anchor)
    }
  }
}

export function startAutosave(root) {
  for (const form of root.querySelectorAll('form[data-autosave]')) new Autosave(form)
}
