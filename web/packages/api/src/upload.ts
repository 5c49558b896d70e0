import { ApiError } from "./problem.ts";
import type { components } from "./schema.d.ts";
import type { Session } from "./session.ts";

type FileOut = components["schemas"]["FileOut"];
type Options = {
  /** The share that has arrived, from 0 to 1. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
};

/** Sends a file, telling how far it got: `fetch` cannot. Ends with an ApiError, or with an AbortError when cancelled. */
export async function upload(session: Session, file: File, { onProgress, signal }: Options): Promise<FileOut> {
  const token = await session.token();
  const form = new FormData();
  form.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/files/");
    request.responseType = "json";
    request.setRequestHeader("X-Client", "web");
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response);
      else reject(new ApiError(request.response ?? {}, request.status));
    };
    request.onerror = () => reject(new ApiError({}, 0));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    if (signal.aborted) reject(new DOMException("cancelled", "AbortError"));
    else request.send(form);
  });
}

/**
 * An address that shows or downloads the file without a token, good for some minutes. The server answers with a redirect
 * to it; what lies there is not fetched.
 */
export async function fileLink(session: Session, id: string): Promise<string> {
  const token = await session.token();
  const stop = new AbortController();
  const response = await fetch(`/api/v1/files/${id}/`, {
    headers: { "X-Client": "web", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    signal: stop.signal,
  }).catch(() => {
    throw new ApiError({}, 0);
  });
  const { ok, status, url } = response;
  stop.abort();
  if (!ok) throw new ApiError({}, status);
  return url;
}
