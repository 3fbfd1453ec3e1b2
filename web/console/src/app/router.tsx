import { createBrowserRouter } from "react-router";
import { audience } from "@/app/audience-routes";
import { Broken } from "@/app/shell/broken";
import { NotFound } from "@/app/shell/not-found";
import { line } from "@/app/line-routes";
import { messages } from "@/app/message-routes";
import { journeys } from "@/app/journey-routes";
import { settings, sources } from "@/app/settings-routes";
import { Shell } from "@/app/shell/shell";

/** Every page of the console. Each is a bundle of its own, fetched when somebody goes there. */
export const router = createBrowserRouter([
  {
    path: "/login",
    ErrorBoundary: Broken,
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import("@/features/login/page")).LoginPage }),
  },
  {
    path: "/join",
    ErrorBoundary: Broken,
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await import("@/features/join/page")).JoinPage }),
  },
  {
    Component: Shell,
    ErrorBoundary: Broken,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: Broken,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("@/features/home/page")).HomePage }) },
          { path: "people", lazy: async () => ({ Component: (await import("@/features/people/search-page")).PeoplePage }) },
          {
            path: "people/:profileId",
            lazy: async () => ({ Component: (await import("@/features/people/profile-page")).ProfilePage }),
          },
          { path: "segments", lazy: async () => ({ Component: (await import("@/features/segments/list-page")).SegmentsPage }) },
          ...["segments/new", "segments/:key/edit"].map((path) => ({
            path,
            lazy: async () => ({ Component: (await import("@/features/segments/builder-page")).BuilderPage }),
          })),
          {
            path: "segments/:key",
            lazy: async () => ({ Component: (await import("@/features/segments/segment-page")).SegmentPage }),
          },
          { path: "identity", lazy: async () => ({ Component: (await import("@/features/identity/identity-page")).IdentityPage }) },
          ...audience,
          ...messages,
          ...line,
          { path: "reports", lazy: async () => ({ Component: (await import("@/features/reports/page")).ReportsPage }) },
          ...journeys,
          ...sources,
          ...settings,
          { path: "*", Component: NotFound },
        ],
      },
    ],
  },
]);
