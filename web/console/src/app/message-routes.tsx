import type { RouteObject } from "react-router";

/** The library of messages and where they are written. */
export const messages: RouteObject[] = [
  { path: "messages", lazy: async () => ({ Component: (await import("@/features/messages/list-page")).MessagesPage }) },
  ...["messages/new", "messages/:key"].map((path) => ({
    path,
    lazy: async () => ({ Component: (await import("@/features/messages/composer-page")).ComposerPage }),
  })),
];
