import { type CSSVariablesResolver, createTheme } from "@mantine/core";

/** Mantine in the colours of tokens.css. */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 6 },
  colors: {
    indigo: [
      "#eef4f7",
      "#dce8ee",
      "#b9d0dc",
      "#86b9d6",
      "#6d9db5",
      "#4d86a2",
      "#2f6d8c",
      "#1f5673",
      "#18455d",
      "#123447",
    ],
    red: ["#fbeeec", "#f5d9d5", "#ecb3ab", "#ee9186", "#d9705f", "#c95a4b", "#b8473c", "#a5342a", "#87281f", "#681d16"],
  },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  lineHeights: { xs: "1.45", sm: "1.5", md: "1.55", lg: "1.5", xl: "1.35" },
  headings: { fontWeight: "600", sizes: { h1: { fontSize: "22px" }, h2: { fontSize: "16px" }, h3: { fontSize: "14px" } } },
  defaultRadius: 6,
  cursorType: "pointer",
  components: {
    Button: { defaultProps: { size: "sm" } },
    TextInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", allowDeselect: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 150, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } } },
    Modal: { defaultProps: { centered: true, radius: 10 } },
    Drawer: { defaultProps: { position: "right" } },
  },
});

const SAME = {
  "--mantine-color-body": "var(--paper)",
  "--mantine-color-text": "var(--ink)",
  "--mantine-color-dimmed": "var(--ink-faint)",
  "--mantine-color-placeholder": "var(--ink-faint)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--surface)",
  "--mantine-color-default-hover": "var(--sunken)",
  "--mantine-color-default-color": "var(--ink)",
  "--mantine-color-default-border": "var(--rule-strong)",
  "--mantine-color-error": "var(--bad)",
};

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: SAME, dark: SAME });
