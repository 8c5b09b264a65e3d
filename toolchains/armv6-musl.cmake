# Pi Zero, Zero W, 1: ARM1176, ARMv6 with VFP.
set(CMAKE_SYSTEM_PROCESSOR arm)
set(RUNNEL_TARGET armv6)
include("${CMAKE_CURRENT_LIST_DIR}/musl.cmake")
