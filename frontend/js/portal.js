// Makes pages nicer to use. Every page works without it.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  SkipLink,
  createAll
} from 'govuk-frontend'
import { startAutosave } from './autosave.js'
import { startConditions } from './conditions.js'
import { startReveals } from './reveals.js'
import { startClosing } from './closing.js'
import { startFocus } from './focus.js'
import { startGrowing } from './growing.js'
import { startSearchableLists } from './searchable.js'
import { startTableRoles } from './table-roles.js'
import { startTimeout } from './timeout.js'
import { startUnsaved } from './unsaved.js'

for (const component of [
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  SkipLink
]) {
  createAll(component)
}
createAll(Button, { preventDoubleClick: true })

startConditions(document)
startReveals(document)
startSearchableLists(document)
startGrowing(document)
startAutosave(document)
startUnsaved(document)
startTableRoles(document)
startClosing(document)
startTimeout(document)
startFocus(document)

// A second press of a form's button within five seconds does nothing: the first is on its way.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post' || event.defaultPrevented) return
  if (form.dataset.sentAt && Date.now() - Number(form.dataset.sentAt) < 5000) event.preventDefault()
  else form.dataset.sentAt = String(Date.now())
})

// Coming back to a page with the Back button must not leave its form shut.
window.addEventListener('pageshow', () => {
  for (const form of document.forms) delete form.dataset.sentAt
})
