import type { RouteObject } from "react-router";

/** Broadcasts, and the library of messages: where they are written, sent and looked at. */
export const messages: RouteObject[] = [
  { path: "broadcasts", lazy: async () => ({ Component: (await import("@/features/broadcasts/list-page")).BroadcastsPage }) },
  {
    path: "broadcasts/edit/:key?",
    lazy: async () => ({ Component: (await import("@/features/broadcasts/composer-page")).ComposerPage }),
  },
  {
    path: "broadcasts/:key",
    lazy: async () => ({ Component: (await import("@/features/broadcasts/broadcast-page")).BroadcastPage }),
  },
  { path: "messages", lazy: async () => ({ Component: (await import("@/features/messages/list-page")).MessagesPage }) },
  ...["messages/new", "messages/:key"].map((path) => ({
    path,
    lazy: async () => ({ Component: (await import("@/features/messages/composer-page")).ComposerPage }),
  })),
];
