"""Several requests at once, each in a thread: for engines whose work is done elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from fullcast.engines.base import Recording, RequestId, SegmentError, SpeechRequest


def several_at_once(
    requests: Iterable[SpeechRequest],
    record: Callable[[SpeechRequest], Recording | SegmentError],
    *,
    jobs: int,
    end: Callable[[], None] = lambda: None,
) -> Iterator[tuple[RequestId, Recording | SegmentError]]:
    """Yield the result of each request as soon as it is there.

    Requests are pulled only when there is a thread for them.

    Args:
        requests: What is wanted.
        record: Records one; what it raises is raised here, after the others have ended.
        jobs: Requests at once.
        end: Called when nobody wants further results: makes those under way end soon.
    """
    source = iter(requests)
    busy: dict[Future[Recording | SegmentError], RequestId] = {}
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="record")
    try:
        more = True
        while more or busy:
            while more and len(busy) < jobs:
                request = next(source, None)
                if request is None:
                    more = False
                    break
                busy[pool.submit(record, request)] = request.id
            done, _ = wait(busy, return_when=FIRST_COMPLETED)
            for future in done:
                yield busy.pop(future), future.result()
    finally:
        for future in busy:
            future.cancel()
        if busy:
            end()
        pool.shutdown(wait=True)
