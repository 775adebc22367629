// Shows a question only when the answers before it ask for it. Without this, it is always there and says "Only if …".

function answersIn(form) {
  const answers = new Map()
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') continue
    answers.set(name, [...(answers.get(name) || []), value])
  }
  return answers
}

function valuesOf(answers, id) {
  const own = answers.get(id) || []
  const parts = ['day', 'month', 'year'].flatMap((part) => answers.get(`${id}-${part}`) || [])
  return [...own, ...parts].filter((value) => value.trim() !== '')
}

/** The same closed language as the rule book's: is, in, filled, all, any, not. */
export function holds(condition, answers) {
  if (condition.all) return condition.all.every((one) => holds(one, answers))
  if (condition.any) return condition.any.some((one) => holds(one, answers))
  if (condition.not) return !holds(condition.not, answers)
  const values = valuesOf(answers, condition.q)
  const wanted = 'is' in condition ? [condition.is] : condition.in
  if (wanted) return wanted.some((one) => values.includes(asText(one)))
  if ('filled' in condition) return values.length > 0 === condition.filled
  return true
}

function asText(value) {
  if (value === true) return 'yes'
  if (value === false) return 'no'
  return String(value)
}

/** A question asked on an earlier page is not on this form: the server has decided about it already. */
function askedHere(condition, form) {
  const parts = condition.all || condition.any || (condition.not && [condition.not])
  if (parts) return parts.every((one) => askedHere(one, form))
  const id = condition.q
  return Boolean(form.elements[id] || form.elements[`${id}-day`])
}

export function startConditions(root) {
  for (const form of root.querySelectorAll('form')) {
    const blocks = [...form.querySelectorAll('[data-show-if]')]
      .map((block) => ({ block, condition: JSON.parse(block.dataset.showIf) }))
      .filter(({ condition }) => askedHere(condition, form))
    if (blocks.length === 0) continue
    for (const { block } of blocks) block.querySelector('.portal-condition')?.setAttribute('hidden', '')
    const update = () => {
      const answers = answersIn(form)
      for (const { block, condition } of blocks) block.hidden = !holds(condition, answers)
    }
    form.addEventListener('input', update)
    form.addEventListener('change', update)
    update()
  }
}
