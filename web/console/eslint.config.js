// The borders of the console, by machine: components, lib and api -> features -> app, and no feature knows another.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

const features = readdirSync(fileURLToPath(new URL("src/features", import.meta.url)));

const forbid = (...patterns) => ({
  "no-restricted-imports": [
    "error",
    {
      patterns: [
        { regex: "^\\.\\./\\.\\./", message: "Name it from the top: @/..." },
        { regex: "/index$", message: "No barrel files: import the module itself." },
        ...patterns,
      ],
    },
  ],
});
const app = { regex: "^@/app/", message: "app composes features; nothing below may know it." };
const feature = { regex: "^@/features/", message: "Shared code knows no feature." };

export default ts.config(
  { ignores: ["src/api/schema.ts", "dist"] },
  ...ts.configs.recommendedTypeChecked,
  hooks.configs.flat.recommended,
  a11y.flatConfigs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      ...forbid(),
      "max-lines": ["error", { max: 250, skipBlankLines: false, skipComments: false }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportAllDeclaration", message: "No barrel files: export where it is written." },
        {
          selector: "Literal[value=/^#[0-9a-fA-F]{3,8}$/]",
          message: "No raw colours: use a token of src/app/tokens.css.",
        },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      eqeqeq: "error",
    },
  },
  { files: ["src/{components,lib,api}/**"], rules: forbid(app, feature) },
  ...features.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: forbid(app, {
      regex: `^@/features/(?!${name}/)`,
      message: "A feature knows no other; what two need belongs to components, lib or api.",
    }),
  })),
  // A dictionary is read by its key, not from top to bottom.
  { files: ["src/**/words*.ts"], rules: { "max-lines": ["error", 450] } },
  { files: ["**/*.js"], ...ts.configs.disableTypeChecked },
  { files: ["src/app/theme.ts"], rules: { "no-restricted-syntax": "off" } },
);
