# Raspberry Pi 3, 4, 5, Zero 2 W: 64-bit, 512 MB and more, an SD card, no clock that runs while it is off.
set(RUNNEL_BOARD_DEFINITIONS
    "RUNNEL_BOARD_MEMORY=(INT64_C(64) << 20)"
    "RUNNEL_BOARD_OUTBOX=(INT64_C(256) << 20)"
    "RUNNEL_BOARD_COMMIT_INTERVAL=INT64_C(5000000)"
    "RUNNEL_BOARD_CLOCK_WAIT=INT64_C(0)")
