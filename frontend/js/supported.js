// Before the page is drawn: say that scripts run, so that what they will hide is never seen to jump.
document.documentElement.classList.add('js-enabled')
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('govuk-frontend-supported')
