// Saves a draft while it is being typed, and says so. What was typed never leaves the page because a save failed.

const WAIT = 10_000

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content || ''
}

class Autosave {
  constructor(form) {
    this.form = form
    this.address = form.dataset.autosave
    this.status = form.querySelector('[data-autosave-status]')
    this.saved = this.typed()
    this.stopped = false
    form.addEventListener('input', () => this.soon())
    form.addEventListener('change', () => this.soon())
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

  typed() {
    const fields = this.fields()
    fields.delete('version')
    fields.delete('csrf_token')
    return fields.toString()
  }

  soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.save(), WAIT)
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
    const typed = this.typed()
    if (typed === this.saved) return
    clearTimeout(this.timer)
    this.saving = this.send(typed)
    await this.saving
    this.saving = null
    if (!this.stopped && this.typed() !== this.saved) this.soon()
  }

  async send(typed) {
    try {
      const answer = await fetch(this.address, {
        method: 'POST',
        body: this.fields(),
        headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
        credentials: 'same-origin',
        redirect: 'manual',
        keepalive: this.fields().toString().length < 60_000
      })
      await this.heard(answer, typed)
    } catch {
      this.say('offline')
      if (!this.stopped) this.soon()
    }
  }

  async heard(answer, typed) {
    if (answer.type === 'opaqueredirect' || answer.status === 401 || answer.status === 403) {
      this.say('loggedOut')
    } else if (answer.status === 409) {
      const { compare } = await answer.json().catch(() => ({}))
      this.stop()
      this.say('conflict', compare)
    } else if (answer.ok) {
      const { saved_at: savedAt, version } = await answer.json()
      this.saved = typed
      const field = this.form.elements.version
      if (field && version !== undefined) field.value = version
      this.say('saved', null, savedAt)
      document.dispatchEvent(new Event('portal:alive'))
    } else {
      this.say('failed')
    }
  }

  /** The words are in the page, so that they are translated with it. */
  say(what, link, time) {
    if (!this.status) return
    this.status.textContent = (this.status.dataset[what] || '').replace('{time}', time || '')
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
