// Warns before the session ends, and keeps it open when asked. Without this, the log-in page after a time-out explains.
import { csrfToken } from './autosave.js'

export function startTimeout(root) {
  const dialog = root.querySelector('dialog[data-timeout-warning]')
  if (!dialog || typeof dialog.showModal !== 'function') return
  const warnAfter = Number(dialog.dataset.timeoutWarning) * 1000
  const endAfter = Number(dialog.dataset.timeoutEnd) * 1000
  const message = dialog.querySelector('[data-timeout-message]')
  const buttons = dialog.querySelector('[data-timeout-buttons]')
  let since = Date.now()

  const ended = () => {
    message.textContent = message.dataset.ended
    buttons.hidden = true
    dialog.querySelector('[data-timeout-close]').hidden = false
    if (!dialog.open) dialog.showModal()
  }

  const look = () => {
    const gone = Date.now() - since
    if (gone >= endAfter) {
      clearInterval(timer)
      ended()
    } else if (gone >= warnAfter) {
      const minutes = Math.max(1, Math.ceil((endAfter - gone) / 60_000))
      const words = minutes === 1 ? message.dataset.one : message.dataset.many.replace('{minutes}', minutes)
      if (message.textContent !== words) message.textContent = words
      if (!dialog.open) dialog.showModal()
    }
  }
  let timer = setInterval(look, 5000)

  const stay = async () => {
    try {
      const answer = await fetch(dialog.dataset.timeoutStay, {
        method: 'POST',
        headers: { 'X-CSRFToken': csrfToken(), Accept: 'application/json' },
        credentials: 'same-origin',
        redirect: 'manual'
      })
      if (!answer.ok) throw new Error('not logged in')
      root.dispatchEvent(new Event('portal:alive'))
    } catch {
      clearInterval(timer)
      ended()
    }
  }

  dialog.querySelector('[data-timeout-stay-button]').addEventListener('click', (event) => {
    event.preventDefault()
    stay()
  })
  dialog.querySelector('[data-timeout-close]').addEventListener('click', () => dialog.close())
  // Closing the warning with Escape means "I am still here".
  dialog.addEventListener('cancel', (event) => {
    if (!buttons.hidden) {
      event.preventDefault()
      stay()
    }
  })
  // An autosave is a sign of life for the server, so for the clock here too, and for those in other tabs.
  const tabs = 'BroadcastChannel' in window ? new BroadcastChannel('portal-alive') : null
  const alive = () => {
    since = Date.now()
    if (dialog.open && !buttons.hidden) dialog.close()
  }
  root.addEventListener('portal:alive', () => {
    alive()
    tabs?.postMessage('alive')
  })
  tabs?.addEventListener('message', alive)
  tabs?.postMessage('alive')
}
