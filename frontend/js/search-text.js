/** Returns text in the form in which it is compared: no accents, lower case. */
export function fold(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
