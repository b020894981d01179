import { defineConfig } from 'oxlint'
import { boundaries } from './boundaries.ts'

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'promise', 'vitest', 'node', 'react', 'jsx-a11y'],
  categories: { correctness: 'error', suspicious: 'error' },
  ignorePatterns: [
    'node_modules',
    'docs/reference',
    'packages/sdk/dist',
    'packages/console/dist',
    'packages/client/src/operations.ts',
  ],
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/consistent-type-imports': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'node/no-process-env': 'error',
    'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }],
    'react/react-in-jsx-scope': 'off',
    // Pairs of a name and a value are keyed by the name, where they are drawn; no compiler of React's runs here.
    'react/jsx-key': 'off',
    'react/incompatible-library': 'off',
    'react/no-unstable-nested-components': ['error', { allowAsProps: true }],
    // Where a page or a dialog is a form, its first field has the focus.
    'jsx-a11y/no-autofocus': 'off',
    'jsx-a11y/prefer-tag-over-role': 'off',
    // A second argument of expect() says which case of a table it was.
    'vitest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['afterEach'] }],
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'max-lines': ['error', { max: 400, skipBlankLines: true }],
    'typescript/no-unsafe-type-assertion': 'off',
    // Factories make objects of functions that never use `this`.
    'typescript/unbound-method': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'no-await-in-loop': 'off',
    'no-shadow': 'off',
    'no-underscore-dangle': 'off',
  },
  overrides: [
    ...boundaries(),
    {
      files: ['**/*.test.ts', '**/tests/**', '**/testing/**'],
      rules: { 'unicorn/consistent-function-scoping': 'off' },
    },
  ],
})
