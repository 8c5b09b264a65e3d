# Pi 3, 4, 5, Zero 2 W: 64-bit ARM.
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(RUNNEL_TARGET aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/musl.cmake")
