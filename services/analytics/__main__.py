from services.common.cli import main

main("services.analytics.app")
