import { QueryClient } from "@tanstack/react-query";
import { Problem, UNREACHED } from "@/api/problem";

/** Ask again only where asking again may help: not when we were refused, nor when there is nothing. */
function again(failures: number, error: Error): boolean {
  const answered = error instanceof Problem && error.code !== UNREACHED;
  return failures < 2 && !(answered && error.status < 500);
}

export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { retry: again, retryDelay: 400, staleTime: 5_000, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
