// Compiles scss/ and js/, names each result by its content and writes the manifest that app/views/assets.py reads.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { extname, basename, join } from 'node:path'
import { gzipSync, constants } from 'node:zlib'
import rtlcss from 'rtlcss'
import * as sass from 'sass'
import { buildSync } from 'esbuild'

const out = '../app/static/build'
const licence =
  'GOV.UK Frontend 6.3.0 (https://github.com/alphagov/govuk-frontend), MIT licence: see static/licences/govuk-frontend.txt'

rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const manifest = {}

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

for (const name of ['supported.js', 'portal.js']) {
  const result = buildSync({
    entryPoints: [`js/${name}`],
    bundle: true,
    minify: true,
    write: false,
    format: name === 'portal.js' ? 'esm' : 'iife',
    target: 'es2020',
    legalComments: 'inline',
    banner: name === 'portal.js' ? { js: `/*! ${licence} */` } : {}
  })
  write(name, result.outputFiles[0].contents)
}

for (const image of readdirSync('images')) write(image, readFileSync(join('images', image)))

writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, Object.keys(manifest).sort(), 2) + '\n')
cpSync('licences', '../app/static/licences', { recursive: true })
console.log(manifest)
