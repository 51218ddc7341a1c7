import { readdirSync } from "node:fs";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = readdirSync("src/features", { withFileTypes: true }).filter((each) => each.isDirectory());

/** A feature knows what is shared and itself; what two features need moves to `src/ui` or `src/api`. */
const apart = features.map(({ name }) => ({
  files: [`src/features/${name}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: `^@/features/(?!${name}(/|$))`, message: "one feature never imports another" },
          { regex: "^\\.\\./\\.\\./", message: "outside of the feature: import from @/ui, @/api, @/live or @/app" },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.gen.ts"] },
  ...tseslint.configs.strict,
  hooks.configs.flat["recommended-latest"],
  {
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "react-hooks/incompatible-library": "off", // TanStack Table and Virtual are known to opt out of the compiler
      eqeqeq: "error",
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "names come from devices: show text" },
      ],
    },
  },
  {
    files: ["src/{ui,api,live}/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^@/(features|app)", message: "shared pieces know neither features nor the shell" }] },
      ],
    },
  },
  ...apart,
);
