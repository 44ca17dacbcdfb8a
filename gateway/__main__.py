from services.common.cli import main

main("gateway.app")
