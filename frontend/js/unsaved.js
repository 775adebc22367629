// Answers whether something on the page was typed and is not saved yet.

const IGNORED = ['csrf_token', 'version']

/** Returns a form's fields as text, without those that change by themselves. */
export function contentOf(form) {
  const fields = []
  for (const [name, value] of new FormData(form)) {
    if (IGNORED.includes(name)) continue
    fields.push([name, typeof value === 'string' ? value : value.name])
  }
  return JSON.stringify(fields)
}

const saved = new Map()

/** Notes that this is what the server has of a form. */
export function markSaved(form, content = contentOf(form)) {
  saved.set(form, content)
}

/** Returns whether any form of the page's main part holds something that the server does not have. */
export function hasUnsaved() {
  return [...saved].some(([form, content]) => form.isConnected && contentOf(form) !== content)
}

/** Call after scripts have changed the forms, so that only a person's typing counts. */
export function startUnsaved(root) {
  for (const form of root.querySelectorAll('main form[method="post"]')) {
    const refused = root.querySelector('.govuk-error-summary') && !form.dataset.autosave
    markSaved(form, refused ? null : contentOf(form))
  }
}
