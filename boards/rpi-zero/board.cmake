# Raspberry Pi Zero, Zero W, 1: one ARMv6 core, 512 MB, an SD card, no clock that runs while it is off.
set(RUNNEL_BOARD_DEFINITIONS
    "RUNNEL_BOARD_MEMORY=(INT64_C(32) << 20)"
    "RUNNEL_BOARD_OUTBOX=(INT64_C(128) << 20)"
    "RUNNEL_BOARD_COMMIT_INTERVAL=INT64_C(5000000)"
    "RUNNEL_BOARD_CLOCK_WAIT=INT64_C(0)")
