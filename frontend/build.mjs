// Compiles scss/ and js/, names each result by its content and writes the manifest that app/views/assets.py reads.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { extname, basename, join } from 'node:path'
import { gzipSync, constants } from 'node:zlib'
import rtlcss from 'rtlcss'
import * as sass from 'sass'
import { build } from 'esbuild'

const out = '../app/static/build'
const licences = {
  'portal.js': 'GOV.UK Frontend 6.3.0 (https://github.com/alphagov/govuk-frontend), MIT licence: see static/licences/govuk-frontend.txt',
  'autocomplete.js':
    'accessible-autocomplete 3.0.1 (https://github.com/alphagov/accessible-autocomplete), MIT licence: ' +
    'see static/licences/accessible-autocomplete.txt'
}
const licence = Object.values(licences).join('\n')

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const manifest = {}

// The autocomplete writes one style attribute, on iOS only, which our Content-Security-Policy refuses: a class does it.
const withoutInlineStyle = {
  name: 'without-inline-style',
  setup(made) {
    made.onLoad({ filter: /accessible-autocomplete\.min\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      const inline = /style="border:0;clip:rect\(0 0 0 0\)[^>]*width:1px">/g
      if (source.match(inline)?.length !== 1) throw new Error('accessible-autocomplete has changed: look at its inline styles')
      return { contents: source.replace(inline, 'class="govuk-visually-hidden">'), loader: 'js' }
    })
  }
}

function write(name, content) {
  const body = Buffer.from(content)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  const kind = extname(name)
  const file = `${basename(name, kind)}.${hash}${kind}`
  writeFileSync(join(out, file), body)
  if (['.css', '.js', '.svg'].includes(kind)) {
    writeFileSync(join(out, file + '.gz'), gzipSync(body, { level: constants.Z_BEST_COMPRESSION }))
  }
  manifest[name] = file
}

const sheet = sass.compile('scss/portal.scss', {
  style: 'compressed',
  importers: [new sass.NodePackageImporter()],
  charset: false,
  quietDeps: true
})
write('portal.css', `/*! ${licence} */\n${sheet.css}\n`)
// GOV.UK Frontend speaks of left and right; for Urdu its mirror image is a sheet of its own.
const tick =
  '[dir=rtl] .govuk-checkboxes__label:after{border-width:0 0 5px 5px}' +
  '[dir=rtl] .govuk-checkboxes--small .govuk-checkboxes__label:after{border-width:0 0 3px 3px}'
write('portal.rtl.css', `/*! ${licence} */\n${rtlcss.process(sheet.css)}${tick}\n`)

for (const name of ['supported.js', 'portal.js', 'autocomplete.js']) {
  const result = await build({
    entryPoints: [`js/${name}`],
    bundle: true,
    plugins: [withoutInlineStyle],
    minify: true,
    write: false,
    format: name in licences ? 'esm' : 'iife',
    target: 'es2020',
    legalComments: 'inline',
    banner: name in licences ? { js: `/*! ${licences[name]} */` } : {}
  })
  write(name, result.outputFiles[0].contents)
}

for (const image of readdirSync('images')) write(image, readFileSync(join('images', image)))

writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, Object.keys(manifest).sort(), 2) + '\n')
cpSync('licences', '../app/static/licences', { recursive: true })
console.log(manifest)
