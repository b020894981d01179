import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Everything that the page loads is a file of its own origin: nothing inline, so that the policy needs no exception (docs/security.md).
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssMinify: 'lightningcss',
    manifest: 'manifest.json',
    reportCompressedSize: false,
  },
  // `npm run dev -w packages/console` beside a running server: its API answers here.
  server: { proxy: { '/v1': 'http://127.0.0.1:4680', '/openapi.json': 'http://127.0.0.1:4680' } },
})
