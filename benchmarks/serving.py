"""uvicorn, as it is, in a process that can be asked (SIGUSR1) to collect its garbage.

How much of it happens to lie around would otherwise be measured as the memory of streams.
"""

import gc
import signal

import uvicorn

if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: gc.collect())
    uvicorn.main()
